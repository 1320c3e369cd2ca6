/** What Jenkins throws through a pipeline when it stops a step: an abort, a time limit, an agent that is gone. */
class Interrupted extends RuntimeException {
    final String result = 'ABORTED'
    final boolean agentLost

    Interrupted(String why, boolean agentLost = false) {
        super(why)
        this.agentLost = agentLost
    }
}
