// withTenant(stack: 'appcluster-test', region: 'ap-southeast-2', tenant: 'acme') { ... }: one deploy of a tenant at a time, an agent
// to do it on, and STACK, REGION, TENANT, CONFIRM and SMOKE in the environment. The lock comes first: who waits for it holds no agent.
def call(Map given, Closure body) {
    String tenant = (given.tenant ?: '').trim()
    lock(resource: "orchestrate/${given.region}/${given.stack}/${tenant}") {
        onAgent(given.agent ?: 'deploy') {
            String label = "${given.region}/${given.stack}/${tenant}"
            withEnv(["STACK=${given.stack}", "REGION=${given.region}", "TENANT=${tenant}", "CONFIRM=${given.confirmed ? label : ''}",
                "SMOKE=${given.smoke ?: ''}"]) {
                body()
            }
        }
    }
}
