/** A pipeline that Jenkins would not run as it is written: an unknown step, section, argument or parameter. */
class Refused extends RuntimeException {
    Refused(String why) { super(why) }
}
