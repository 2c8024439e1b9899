// Draws what Python shows, and tells it what was clicked. No rule of the game is here.

const SVG = "http://www.w3.org/2000/svg";
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

function make(tag, attributes = {}, children = [], space) {
  const node = space ? document.createElementNS(space, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function render({ model, el }) {
  const shown = () => model.get("shown");
  let sent = null; // the board that was clicked on last: a second click on it is none
  let cursor = Math.floor(shown().points.length / 2); // the point that the Tab key leads to

  function send(action, vertex) {
    if (shown().busy || sent === shown().count) return;
    sent = shown().count;
    model.send({ do: action, vertex, count: sent });
  }

  const board = make("div", { class: "go-board" });
  const status = ["state", "facts", "note"].map((name) => make("div", { class: `go-${name}` }));
  const field = make("input", { type: "text", size: 6, placeholder: "C3", "aria-label": "Your move, such as C3 or pass" });
  const go = make("button", { type: "button" }, ["Play"]);
  const typed = make("div", { class: "go-typed" }, [field, go]); // no form: JupyterLab keeps Enter from submitting one
  function playTyped() {
    if (go.ariaDisabled === "true") return;
    send("play", field.value);
    field.value = "";
  }
  go.addEventListener("click", playTyped);
  field.addEventListener("keydown", (event) => event.key === "Enter" && playTyped());
  const buttons = shown().buttons.map(([action, label]) => {
    const button = make("button", { type: "button", "data-do": action }, [label]);
    button.addEventListener("click", () => button.ariaDisabled !== "true" && send(action));
    return button;
  });
  const controls = make("div", { class: "go-controls" }, shown().playing ? [typed, ...buttons] : buttons);
  const lines = make("div", { class: "go-status", role: "status", "aria-live": "polite" }, status);
  // JupyterLab takes keys before anybody else, unless it is told not to
  const root = make("div", { class: "go-widget", "data-lm-suppress-shortcuts": "true" }, [board, lines, controls]);

  function point([vertex, label], move) {
    const { size, cell } = shown();
    const place = { cx: ((move % size) + 1) * cell, cy: (Math.floor(move / size) + 1) * cell, r: cell * 0.46 };
    const looks = { role: "button", "aria-label": label, tabindex: move === cursor ? 0 : -1, "data-vertex": vertex };
    const node = make("circle", { ...place, ...looks }, [], SVG);
    node.addEventListener("click", () => send("play", vertex));
    node.addEventListener("focus", () => (cursor = move));
    return node;
  }

  function onKey(event) {
    const { size } = shown();
    if (event.key === "Enter" || event.key === " ") send("play", shown().points[cursor][0]);
    else if (event.key in STEPS) {
      const [row, column] = [Math.floor(cursor / size) + STEPS[event.key][0], (cursor % size) + STEPS[event.key][1]];
      if (Math.min(row, column) < 0 || Math.max(row, column) >= size) return event.preventDefault();
      event.currentTarget.children[cursor].setAttribute("tabindex", -1);
      cursor = row * size + column;
      event.currentTarget.children[cursor].setAttribute("tabindex", 0);
      event.currentTarget.children[cursor].focus();
    } else return;
    event.preventDefault();
  }

  function draw() {
    const { svg, points, turn, busy } = shown();
    const focused = board.matches(":focus-within");
    board.innerHTML = svg;
    const place = { viewBox: board.firstChild.getAttribute("viewBox"), class: "go-points", "data-turn": turn };
    const layer = make("svg", { ...place, role: "group", "aria-label": "Points" }, points.map(point), SVG);
    layer.addEventListener("keydown", onKey);
    board.append(layer);
    if (focused) layer.children[cursor].focus();
    root.setAttribute("aria-busy", busy);
    status.forEach((line) => (line.textContent = shown()[line.className.slice(3)]));
    buttons.forEach((button, i) => (button.ariaDisabled = String(busy || !shown().buttons[i][2])));
    go.ariaDisabled = String(!turn);
  }

  model.on("change:shown", draw);
  draw();
  el.append(root);
  return () => model.off("change:shown", draw);
}

export default { render };
