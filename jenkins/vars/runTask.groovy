// runTask(stack:, region:, tenant:, task: 'migrate', confirmed: false): a task that the stack's root declares, waited for; the build
// fails if a container of it ended badly. Its lines are in the build's log, and how it ended is archived.
def call(Map given) {
    withTenant(given) {
        sh 'mkdir -p reports'
        try {
            withEnv(["TASK=${given.task}"]) {
                sh 'exec ./orchestrate run-task "$STACK" "$REGION" -var "tenant=$TENANT" --task "$TASK" --timeout 50m --confirm "$CONFIRM" --json > reports/task.json'
            }
        } finally {
            archiveArtifacts artifacts: 'reports/task.json', allowEmptyArchive: true
        }
    }
}
