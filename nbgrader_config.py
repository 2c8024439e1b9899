"""nbgrader for this course: `solutions/` is the source, `exercises/` the release (`python3 course.py exercises`)."""

import warnings

c = get_config()  # noqa: F821  (nbgrader provides it)
c.Application.log_level = "WARN"  # what is out of the ordinary; --log-level=INFO tells every step
warnings.filterwarnings("ignore", message=".*not in session, add operation")  # nbgrader's own, three for each student

c.CourseDirectory.course_id = "from_bellman_to_agent57"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback"]

c.ClearSolutions.code_stub = {"python": '# your code here\nraise NotImplementedError("your code here")'}
c.ClearSolutions.text_stub = "*Your answer here.*"
c.ClearSolutions.enforce_metadata = True  # a solution outside a solution cell stops the release: nothing leaks

# Archives as Moodle and Canvas pack them, or plain ones: downloaded/NAME/archive/ → submitted/STUDENT/NAME/.
c.ZipCollectApp.extractor_plugin = "course_lib.classroom.collect.Extractor"
c.ZipCollectApp.collector_plugin = "course_lib.classroom.collect.Collector"

# Grading runs no student's kernel: see course_lib/classroom/judge.py and docs/teaching.md.
c.Autograde.exporter_class = "course_lib.classroom.regrading.SubmissionExporter"
c.Autograde.sanitize_preprocessors = [
    "course_lib.classroom.submission.Restore",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "course_lib.classroom.judge.Judge",
    "course_lib.classroom.regrading.SaveGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# What students write is shown to others, in feedback and in the form grader: as text and harmless HTML, no script.
c.GenerateFeedback.force = True  # feedback follows grades: else what exists stays as it is
c.HTMLExporter.filters = {"markdown2html": "course_lib.classroom.report.harmless"}

c.ExecutePreprocessor.timeout = 300  # seconds a cell when students press Validate; nbgrader's 30 are too few
c.ExecutePreprocessor.startup_timeout = 120
