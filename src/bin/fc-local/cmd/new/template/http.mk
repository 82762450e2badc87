# The path and query that are asked for, as they were given: make expands nothing in them, nor does the shell or curl.
URL ?= /
override URL := $(value URL)
export URL
VARIABLES = URL (run, invoke)

run: package ## build the package and ask it for URL once
	@$(NEED_FC_LOCAL)
	@$(FC_LOCAL) invoke --fail --http GET "$$URL"

invoke: ## ask the function of `make local` or `make watch` for URL
	@curl --fail-with-body --silent --show-error --globoff --include \
		"http://127.0.0.1:$(PORT)/$(if $(IS_FC3),2023-03-30/proxy,2016-08-15/proxy/{{name}})/{{name}}$$URL" || $(NO_SERVER)

