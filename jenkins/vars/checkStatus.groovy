// checkStatus(stack:, region:, tenant:): how the services of one tenant are; the build fails if one is not well.
def call(Map given) {
    withTenant(given) {
        sh 'exec ./orchestrate status "$STACK" "$REGION" -var "tenant=$TENANT"'
    }
}
