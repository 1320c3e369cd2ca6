// nameBuild('Round the corners'): the build's name, 90-Round the corners, which is what the lists of builds show.
def call(String text) {
    currentBuild.displayName = "${env.BUILD_NUMBER}-${text}".take(120)
}
