// rollbackTenant(stack:, region:, tenant:, to: '7', smoke: '/health', confirmed: false): the builds that ran before, or those of an
// earlier apply, back to one tenant; which builds those are is archived.
def call(Map given) {
    withTenant(given) {
        try {
            withEnv(["BACK_TO=${given.to ?: ''}"]) {
                sh 'exec ./orchestrate rollback "$STACK" "$REGION" -var "tenant=$TENANT" ${BACK_TO:+--to "$BACK_TO"} ${SMOKE:+--smoke "$SMOKE"} --timeout 50m -lock-timeout=5m --confirm "$CONFIRM" --report reports/report.json --junit reports/report.xml --html reports/report.html'
            }
            showUrl()
            archiveRunning()
        } finally {
            publishReports('Rollback')
        }
    }
}
