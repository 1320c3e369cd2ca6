/** A step that failed (Jenkins' AbortException): a message, no stack trace. */
class Failed extends RuntimeException {
    Failed(String why) { super(why) }
}
