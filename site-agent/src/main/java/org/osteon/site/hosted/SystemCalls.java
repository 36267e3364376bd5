package org.osteon.site.hosted;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;

/**
 * The filter of system calls that every launch runs under, as a classic BPF program for {@code bwrap --seccomp}. It
 * refuses what a namespace does not cover: sockets to the machine's host and of other rare families, new namespaces,
 * other processes' memory, and the kernel's interfaces that a program of numbers has no use for.
 */
final class SystemCalls {
    private static final int LOAD = 0x20;
    private static final int JUMP_EQUAL = 0x15;
    private static final int JUMP_AT_LEAST = 0x35;
    private static final int JUMP_ANY_BIT = 0x45;
    private static final int RETURN = 0x06;

    private static final int NUMBER = 0;
    private static final int ARCHITECTURE = 4;
    private static final int FIRST_ARGUMENT = 16;

    private static final int ALLOW = 0x7fff0000;
    private static final int KILL = 0x80000000;
    private static final int ERROR = 0x00050000;
    private static final int NOT_PERMITTED = 1;
    private static final int NOT_IMPLEMENTED = 38;
    private static final int FAMILY_UNSUPPORTED = 97;

    private static final int NEW_NAMESPACES = 0x7e020000;
    private static final int X32 = 0x40000000;
    private static final int CLONE3 = 435;

    /** Unix, IPv4, IPv6 and netlink; the namespace has no network for the last three. */
    private static final List<Integer> FAMILIES = List.of(1, 2, 10, 16);

    /** The same numbers everywhere: io_uring, open_tree, move_mount, fsopen, fsconfig, fsmount, mount_setattr. */
    private static final List<Integer> REFUSED_EVERYWHERE = List.of(425, 426, 427, 428, 429, 430, 431, 432, 442);

    /**
     * Numbers of one kind of processor.
     *
     * @param audit the kernel's name of the architecture
     * @param socket the call that makes a socket
     * @param fork clone, the call that makes a process
     * @param refused ptrace, mount, umount2, pivot_root, chroot, unshare, setns, bpf, perf_event_open, add_key,
     *     request_key, keyctl, userfaultfd, process_vm_readv, process_vm_writev, kexec_load, init_module, finit_module,
     *     open_by_handle_at, swapon, reboot
     */
    private record Machine(int audit, int socket, int fork, List<Integer> refused) {}

    private static final Map<String, Machine> MACHINES = Map.of(
            "amd64",
            new Machine(
                    0xc000003e,
                    41,
                    56,
                    List.of(
                            101, 165, 166, 155, 161, 272, 308, 321, 298, 248, 249, 250, 323, 310, 311, 246, 175, 313,
                            304, 167, 169)),
            "aarch64",
            new Machine(
                    0xc00000b7,
                    198,
                    220,
                    List.of(
                            117, 40, 39, 41, 51, 97, 268, 280, 241, 217, 218, 219, 282, 270, 271, 104, 105, 273, 265,
                            224, 142)));

    private final ByteBuffer program = ByteBuffer.allocate(4096).order(ByteOrder.nativeOrder());

    private SystemCalls() {}

    /** The filter for this machine. */
    static byte[] filter() {
        Machine machine = MACHINES.get(System.getProperty("os.arch"));
        if (machine == null) {
            throw new HostedFailure(
                    "HOSTING_NOT_ISOLATED",
                    "there is no filter of system calls for " + System.getProperty("os.arch")
                            + "; apps are hosted on amd64 and aarch64");
        }
        return new SystemCalls().filter(machine);
    }

    private byte[] filter(Machine machine) {
        add(LOAD, 0, 0, ARCHITECTURE);
        add(JUMP_EQUAL, 1, 0, machine.audit());
        add(RETURN, 0, 0, KILL);
        add(LOAD, 0, 0, NUMBER);
        add(JUMP_AT_LEAST, 0, 1, X32);
        add(RETURN, 0, 0, ERROR | NOT_IMPLEMENTED);
        machine.refused().forEach(number -> refuse(number, NOT_PERMITTED));
        REFUSED_EVERYWHERE.forEach(number -> refuse(number, NOT_PERMITTED));
        // The C library falls back to clone, whose flags can be looked at.
        refuse(CLONE3, NOT_IMPLEMENTED);
        add(JUMP_EQUAL, 0, 4, machine.fork());
        add(LOAD, 0, 0, FIRST_ARGUMENT);
        add(JUMP_ANY_BIT, 0, 1, NEW_NAMESPACES);
        add(RETURN, 0, 0, ERROR | NOT_PERMITTED);
        add(RETURN, 0, 0, ALLOW);
        add(JUMP_EQUAL, 0, 2 * FAMILIES.size() + 2, machine.socket());
        add(LOAD, 0, 0, FIRST_ARGUMENT);
        FAMILIES.forEach(family -> {
            add(JUMP_EQUAL, 0, 1, family);
            add(RETURN, 0, 0, ALLOW);
        });
        add(RETURN, 0, 0, ERROR | FAMILY_UNSUPPORTED);
        add(RETURN, 0, 0, ALLOW);
        byte[] bytes = new byte[program.position()];
        program.flip().get(bytes);
        return bytes;
    }

    private void refuse(int number, int error) {
        add(JUMP_EQUAL, 0, 1, number);
        add(RETURN, 0, 0, ERROR | error);
    }

    private void add(int code, int whenTrue, int whenFalse, int value) {
        program.putShort((short) code)
                .put((byte) whenTrue)
                .put((byte) whenFalse)
                .putInt(value);
    }
}
