// Preloaded before libfaketime, which shifts every absolute timer by the faked offset of the wall
// clock, those of CLOCK_MONOTONIC too. A timer that is due at once (Asio arms it for the first
// nanosecond) would then fire when the machine has been up for as long as the offset.
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

extern "C" int timerfd_settime(
    int file, int flags, const itimerspec* value, itimerspec* old
) noexcept {
    return static_cast<int>(::syscall(SYS_timerfd_settime, file, flags, value, old));
}
