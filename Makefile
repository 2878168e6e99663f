# `make` lists what can be done here; README.md says what has to be there beforehand.

.PHONY: help run test topology test-scale endurance quick firefox sweep bench lint format catalogues check-catalogues lock install install-dev

help: ## List what can be done
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Start the site, from nothing too (PORT=8001 changes the port)
	@scripts/python -m imrap_site.start check
	@scripts/python -m imrap_site.install requirements.txt
	@.venv/bin/python -m imrap_site.start

test: install-dev ## Run the tests, in a browser too (ARGS=tests/test_start.py: only those)
	@scripts/test 'not sweep and not firefox and not endurance and not topology and not shared_parts' $(ARGS)

firefox: install-dev ## Walk staff's main path, and paste, in Firefox (needs firefox-esr)
	@scripts/firefox $(ARGS)

endurance: install-dev ## Crowds, junk, kills, locks and lost disks, for some minutes (root tries full disks too)
	@scripts/test endurance $(ARGS)

topology: install-dev ## Two hosts behind nginx, PostgreSQL, Redis and S3, of which each is killed
	@scripts/test topology $(ARGS)

test-scale: install-dev ## The tests once more, on PostgreSQL, Redis and an S3 server
	@scripts/test-scale $(ARGS)

sweep: install-dev ## Let axe look at every page, in every width and colour
	@scripts/test sweep $(ARGS)

quick: install-dev ## Run only the tests that need no browser and no server
	@scripts/quick $(ARGS)

bench: install-dev ## Measure how fast the site is, beside others (ARGS="peers server sizes search 100 10000")
	@scripts/with-key .venv/bin/python -m imrap_site.start static
	@.venv/bin/python -m benchmarks $(ARGS)

lint: install-dev ## Make every check of .pre-commit-config.yaml (ARGS=ruff: only that one)
	@scripts/lint $(ARGS)

format: install-dev ## Mend what can be mended of style, templates, scripts and stylesheets
	@scripts/format

catalogues: install-dev ## Bring the translations' .po and .mo files up to date (needs gettext)
	@scripts/catalogues

check-catalogues: install-dev ## Check that nothing lacks its translation (needs gettext)
	@scripts/in-a-copy scripts/check-catalogues

lock: install-dev ## Lock the newest versions that requirements*.in allow
	@scripts/lock

install: ## Install what requirements.txt locks into .venv
	@scripts/python -m imrap_site.install requirements.txt

install-dev: ## The same, with what tests and checks need
	@scripts/python -m imrap_site.install requirements-dev.txt

# Python's bytecode halves the time to start.
unexport PYTHONDONTWRITEBYTECODE
