/** {@code currentBuild}. */
class CurrentBuild {
    private final Build build

    CurrentBuild(Build build) { this.build = build }

    String getResult() { build.result }

    void setResult(String to) { build.worsen(to) }

    String getCurrentResult() { build.result ?: 'SUCCESS' }

    String getDescription() { build.description }

    void setDescription(String text) { build.description = text }

    String getDisplayName() { build.displayName }

    void setDisplayName(String text) { build.displayName = text }

    int getNumber() { build.number }

    String getAbsoluteUrl() { build.url }
}
