// deployTenant(stack:, region:, tenant:, builds: ['SERVICE1', ...], smoke: '/health', confirmed: false): the builds that the Run
// parameters of those names chose, to one tenant; its address as the build's description.
def call(Map given) {
    withTenant(given) {
        try {
            copyBuilds(given.builds)
            sh 'exec ./orchestrate apply "$STACK" "$REGION" -var "tenant=$TENANT" --builds builds ${SMOKE:+--smoke "$SMOKE"} --timeout 50m -lock-timeout=5m --confirm "$CONFIRM" --report reports/report.json --junit reports/report.xml --html reports/report.html'
            showUrl()
        } finally {
            publishReports('Deploy')
        }
    }
}
