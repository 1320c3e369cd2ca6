// pushImage(service: 'service1'): the image service1:BUILD_NUMBER of this machine, to its repository in REGISTRY (ECR). The login is the
// agent's role's, for this step alone: it stands in a folder of its own, which goes with it.
def call(Map given) {
    String registry = given.registry ?: env.REGISTRY ?: ''
    if (!(registry ==~ /[0-9]{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/)) {
        error "pushImage: '${registry}' is no registry of ECR: give registry:, or write registry into config/jenkins.hcl"
    }
    String tag = given.build ?: env.BUILD_NUMBER
    withEnv(["REGISTRY=${registry}", "ECR_REGION=${registry.tokenize('.')[3]}", "IMAGE=${given.image ?: given.service}:${tag}", "DOCKER_CONFIG=${pwd()}/.docker-login"]) {
        try {
            // A pipe: Jenkins shows each command with its words, and a password in a variable would be one.
            sh 'aws ecr get-login-password --region "$ECR_REGION" | docker login --username AWS --password-stdin "$REGISTRY"'
            sh 'docker tag "$IMAGE" "$REGISTRY/$IMAGE" && docker push "$REGISTRY/$IMAGE"'
        } finally {
            dir('.docker-login') { deleteDir() }
        }
    }
}
