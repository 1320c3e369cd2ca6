// promoteTenant(from:, stack:, region:, tenant:, smoke: '/health', confirmed: false): what runs of a tenant in one environment, to
// the next; which builds those are is archived.
def call(Map given) {
    withTenant(given) {
        try {
            withEnv(["FROM=${given.from}"]) {
                sh 'exec ./orchestrate promote "$FROM" "$STACK" "$REGION" -var "tenant=$TENANT" ${SMOKE:+--smoke "$SMOKE"} --timeout 50m -lock-timeout=5m --confirm "$CONFIRM" --report reports/report.json --junit reports/report.xml --html reports/report.html'
            }
            showUrl()
            archiveRunning()
        } finally {
            publishReports('Promotion')
        }
    }
}
