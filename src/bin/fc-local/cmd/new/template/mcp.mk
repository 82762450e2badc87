# The JSON-RPC message that is sent, as it was given: make expands nothing in it, and the shell sees it as one word.
CALL ?= {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"greet","arguments":{"name":"World"}}}
override CALL := $(value CALL)
export CALL
VARIABLES = CALL (run, invoke)
JSON = Content-Type: application/json

run: package ## build the package and send it CALL once
	@$(NEED_FC_LOCAL)
	@$(FC_LOCAL) invoke --fail --http POST /mcp -H '$(JSON)' --data "$$CALL"

invoke: ## send CALL to the function of `make local` or `make watch`
	@curl --fail-with-body --silent --show-error --include --header '$(JSON)' --data-binary "$$CALL" \
		"http://127.0.0.1:$(PORT)/$(if $(IS_FC3),2023-03-30/proxy,2016-08-15/proxy/{{name}})/{{name}}/mcp" || $(NO_SERVER)

# With a tool that takes its time, `count`, the rows about streams and concurrency can be checked as well.
.PHONY: check
check: package ## check the package against what MCP's clients and Function Compute need
	@$(NEED_FC_LOCAL)
	@$(FC_LOCAL) check --mcp --slow-tool count --dir pkg ./bootstrap

