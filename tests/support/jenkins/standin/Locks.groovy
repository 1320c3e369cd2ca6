import java.nio.channels.FileChannel
import java.nio.channels.OverlappingFileLockException
import java.nio.file.StandardOpenOption

/** Locks by name that exclude builds in this and in every other virtual machine over the same home. */
class Locks {
    final File folder

    Locks(File home) {
        folder = new File(home, 'locks')
        folder.mkdirs()
    }

    /** null when somebody has it. */
    Held tryTake(String name) {
        File file = new File(folder, URLEncoder.encode(name, 'UTF-8'))
        FileChannel channel = FileChannel.open(file.toPath(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)
        try {
            if (channel.tryLock() != null) { return new Held(channel) }
        } catch (OverlappingFileLockException ours) {
            // another build of this machine
        }
        channel.close()
        null
    }

    static class Held {
        private final FileChannel channel

        Held(FileChannel channel) { this.channel = channel }

        void release() { channel.close() }
    }
}
