# `make` lists what can be done here. Only Python 3.11 or newer has to be there beforehand.

.PHONY: help run test quick sweep lint format catalogues check-catalogues lock install install-dev

help: ## List what can be done
	@sed -n 's/^\([a-z-]*\):.*## /\1#/p' $(MAKEFILE_LIST) | while IFS='#' read -r name what; do \
		printf '  make %-17s %s\n' "$$name" "$$what"; done

run: ## Start the site, from nothing too (PORT=8001 changes the port)
	@$(call is-installed,requirements.txt) || { $(find-python) && $$found -m imrap_site.start check; }
	@$(MAKE) --no-print-directory install
	@$(python) -m imrap_site.start

test: install-dev ## Run the tests, in a browser too (ARGS=tests/test_start.py: only those)
	@$(call run-tests,not sweep)

sweep: install-dev ## Let axe look at every page, in every width and colour
	@$(call run-tests,sweep)

quick: install-dev ## Run only the tests that need no browser and no server
	@$(key) $(python) -m pytest --numprocesses $$(nproc) --dist worksteal \
		-m 'not (sweep or browser or server or fuzz)' $(ARGS)

run-tests = $(key) $(python) -m imrap_site.start static && \
	BROWSER_PATH=$$(.ci/browser) && export BROWSER_PATH && \
	$(python) -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal -m '$(1)' $(ARGS)

lint: install-dev check-catalogues ## Check style, templates, migrations, translations and settings
	$(python) -m ruff check .
	$(python) -m ruff format --check .
	$(djade) --check
	@$(in-a-copy) && find . -name '*.py' | xargs $(python) -m django_upgrade --target-version 5.2
	$(key) DATABASE_URL=sqlite://:memory: $(manage) makemigrations --check --dry-run
	$(key) DEBUG=False ALLOWED_HOSTS=www.example.org $(manage) check --deploy --fail-level WARNING

format: install-dev ## Mend what can be mended of style and templates
	$(python) -m ruff check --fix .
	$(python) -m ruff format .
	$(djade) || true

catalogues: install-dev ## Bring the translations' .po and .mo files up to date (needs gettext)
	$(makemessages)
	$(key) $(manage) compilemessages --ignore .venv --ignore var

check-catalogues: install-dev ## Check that nothing lacks its translation (needs gettext)
	@$(in-a-copy) && for po in locale/*/LC_MESSAGES/*.po; do \
		msgfmt --check --output-file compiled "$$po" && msgunfmt compiled > wanted && \
		msgunfmt "$${po%.po}.mo" | cmp -s - wanted || \
		$(call say,$$po is not what its .mo file was made of. Type make catalogues.); done && \
	$(makemessages) && for po in locale/*/LC_MESSAGES/*.po; do \
		{ msgattrib --untranslated "$$po" && msgattrib --only-fuzzy "$$po"; } > left && cat left && \
		test ! -s left || $(call say,$$po lacks the translations above. Type make catalogues and fill them in.); done

lock: install-dev ## Lock the newest versions that requirements*.in allow
	$(compile) requirements.in --output-file requirements.txt
	$(compile) requirements-dev.in --output-file requirements-dev.txt

install: ## Install what requirements.txt locks into .venv
	@$(call is-installed,requirements.txt) || { $(call install,requirements.txt); }

install-dev: ## The same, with what tests and checks need
	@$(call is-installed,requirements-dev.txt) || { $(call install,requirements-dev.txt) && \
		cp requirements.txt .venv/installed-requirements.txt; }

# The first of these that is new enough and whole: Debian's bare python3 can't make a .venv.
PYTHON ?= python3.14 python3.13 python3.12 python3.11 python3
find-python = for found in $(PYTHON); do $$found -c '$(suits)' 2>/dev/null && break; done; \
	{ command -v "$$found" >/dev/null || $(call say,Python 3.11 or newer is needed.); } && \
	$$found -c '$(suits)'
suits = import sys; sys.version_info >= (3, 11) or \
	sys.exit("Python 3.11 or newer is needed, and this one is %d.%d." % sys.version_info[:2]); \
	import importlib.util as util; util.find_spec("ensurepip") or \
	sys.exit("This Python cannot make virtual environments; on Debian: apt install python3-venv")

# The stamp is a copy of the lock and comes last: an install that was killed has none.
is-installed = { cmp -s $(1) .venv/installed-$(1) && $(python) -c 'import django' 2>/dev/null; }
install = $(find-python) && \
	{ { mkdir -p .venv && touch .venv/begun; } 2>/dev/null || $(call say,Nothing can be written into $(CURDIR).); } && \
	echo "Installing what $(1) locks, which may take some minutes…" && \
	{ $$found -m venv --clear .venv && $(pip) --require-hashes --requirement $(1) || \
		$(call say,The installation stopped. The next make begins it anew.); } && \
	cp $(1) .venv/installed-$(1)

python := .venv/bin/python
manage := $(python) manage.py
pip := $(python) -m pip install -qq --no-input --disable-pip-version-check
compile := $(python) -m uv pip compile --quiet --upgrade --python-version 3.11 --universal \
	--generate-hashes --no-header --no-emit-index-url
makemessages = $(key) $(manage) makemessages --all --no-obsolete --no-wrap --add-location file \
	--ignore .venv --ignore var --ignore tests
# Checks need a secret key too: a new one each time, kept nowhere.
key := SECRET_KEY=$$($(python) -c 'import secrets; print(secrets.token_urlsafe(50))')
files := git ls-files --cached --others --exclude-standard --
djade := $(files) 'templates/*' '*/templates/*' | xargs .venv/bin/djade --target-version 5.2
# For tools that can't look without writing.
in-a-copy := copy=$$(mktemp -d) && trap 'rm -rf "$$copy"' EXIT && \
	$(files) | tar --create --files-from - | tar --extract --directory "$$copy" && \
	ln -s "$(CURDIR)/.venv" "$$copy/.venv" && cd "$$copy"
say = { echo "$(1)" >&2; exit 1; }

# Python's bytecode halves the time to start.
unexport PYTHONDONTWRITEBYTECODE
