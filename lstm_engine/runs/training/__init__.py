"""The training processes: the worker, the launcher, and how a process is started."""
