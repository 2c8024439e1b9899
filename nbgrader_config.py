"""nbgrader for this course: `solutions/` is the source, `exercises/` the release (`python3 course.py exercises`)."""

c = get_config()  # noqa: F821  (nbgrader provides it)

c.CourseDirectory.course_id = "from_bellman_to_agent57"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback"]

c.ClearSolutions.code_stub = {"python": '# your code here\nraise NotImplementedError("your code here")'}
c.ClearSolutions.text_stub = "*Your answer here.*"
c.ClearSolutions.enforce_metadata = True  # a solution outside a solution cell stops the release: nothing leaks

c.ExecutePreprocessor.timeout = 300  # seconds a cell; nbgrader's own 30 are too few to compile and train
c.ExecutePreprocessor.startup_timeout = 120
