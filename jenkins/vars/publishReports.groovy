// publishReports('Tenants'): what stands in reports/, as far as a run came: JUnit's results, the page, and the files.
def call(String title) {
    junit testResults: 'reports/*.xml', allowEmptyResults: true
    archiveArtifacts artifacts: 'reports/**', allowEmptyArchive: true
    publishHTML target: [
        reportDir: 'reports', reportFiles: 'report.html', reportName: title, keepAll: true, alwaysLinkToLastBuild: true, allowMissing: true]
}
