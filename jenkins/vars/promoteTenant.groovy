// promoteTenant(from:, stack:, region:, tenant:, confirmed: false): what runs of a tenant in one environment, to the next; which
// builds those are is archived, in the form that a deploy takes.
def call(Map given) {
    withTenant(given) {
        try {
            withEnv(["FROM=${given.from}"]) {
                sh 'exec ./orchestrate promote "$FROM" "$STACK" "$REGION" -var "tenant=$TENANT" --timeout 50m -lock-timeout=5m --confirm "$CONFIRM" --report reports/report.json --junit reports/report.xml --html reports/report.html'
            }
            showUrl()
            sh 'mkdir -p builds'
            sh 'exec ./orchestrate builds "$STACK" "$REGION" -var "tenant=$TENANT" --format groovy > builds/promoted.env.groovy'
            archiveArtifacts artifacts: 'builds/*.env.groovy', fingerprint: true
        } finally {
            publishReports('Promotion')
        }
    }
}
