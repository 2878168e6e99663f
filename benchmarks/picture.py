"""How long a 24-megapixel photograph takes at upload, and how much memory.

    .venv/bin/python benchmarks/picture.py

Each run is a process of its own, which starts the child that opens the picture, as the site does;
the times of several runs tell how noisy the machine is.
"""

import io
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNS = 5


def photograph():
    from PIL import Image

    grain = Image.effect_noise((6000, 4000), 60)
    shades = Image.linear_gradient("L").resize((6000, 4000))
    content = io.BytesIO()
    Image.merge("RGB", (grain, shades, grain)).save(content, "JPEG", quality=92)
    return content.getvalue()


def one_run():
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("SECRET_KEY", "benchmark")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "imrap_site.settings")
    import django

    django.setup()
    from profiles.files.pictures import reencode

    upload = io.BytesIO(sys.stdin.buffer.read())
    start = time.perf_counter()
    reencode(upload, "photo.jpg")
    seconds = time.perf_counter() - start
    people = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
    own, childs = (resource.getrusage(who).ru_maxrss / 1024 for who in people)
    print(f"{seconds:.2f} s, {own:.0f} MB and {childs:.0f} MB in the child")


def main():
    content = photograph()
    print(f"A JPEG of 6000×4000 pixels, {len(content) / 1e6:.1f} MB, {RUNS} runs:")
    for _run in range(RUNS):
        subprocess.run([sys.executable, __file__, "run"], input=content, check=True)


if __name__ == "__main__":
    one_run() if sys.argv[1:] == ["run"] else main()
