# The site's own way to serve, for other applications: without what its workers do beside answering.
import runpy
from pathlib import Path

ours = runpy.run_path(str(Path(__file__).resolve().parents[2] / "gunicorn.conf.py"))
globals().update({name: value for name, value in ours.items() if name != "post_worker_init"})
