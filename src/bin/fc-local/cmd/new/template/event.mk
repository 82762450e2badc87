# The event is handed on as it was given: make expands nothing in it, and the shell sees it as one word.
EVENT ?= World
override EVENT := $(value EVENT)
export EVENT
# The name of a sample event, in the place of EVENT: `fc-local invoke --help` lists them.
EXAMPLE ?=
THE_EVENT = $(if $(EXAMPLE),--example $(EXAMPLE),-e "$$EVENT")
VARIABLES = EVENT, EXAMPLE (run, invoke)

run: package ## build the package and call it once with EVENT
	@$(NEED_FC_LOCAL)
	@$(FC_LOCAL) invoke $(THE_EVENT)

invoke: ## call the function of `make local` or `make watch` with EVENT
	@$(NEED_FC_LOCAL)
	@$(FC_LOCAL) invoke --on '$(if $(IS_FC3),,{{name}})/{{name}}' --server-data $(DATA) $(THE_EVENT)

