// archiveRunning(): the builds that run of a tenant now, as running.env.groovy: in the form that a deploy takes.
def call() {
    sh 'mkdir -p builds'
    sh 'exec ./orchestrate builds "$STACK" "$REGION" -var "tenant=$TENANT" --format groovy > builds/running.env.groovy'
    archiveArtifacts artifacts: 'builds/running.env.groovy', fingerprint: true
}
