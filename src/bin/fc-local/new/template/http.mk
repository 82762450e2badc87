# The path and query that are asked for.
URL ?= /
VARIABLES = URL=$(URL) (run, invoke)

run: package ## build the package and ask it for URL once
	@$(NEED_FC_LOCAL)
	@$(FC_LOCAL) invoke --http GET '$(URL)'

invoke: ## ask the function of `make local` or `make watch` for URL
	@curl --silent --show-error --include 'http://127.0.0.1:$(PORT)/2016-08-15/proxy/{{name}}/{{name}}$(URL)'

