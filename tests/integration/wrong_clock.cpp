// Preloaded, it puts the wall clock of a program wrong by the nanoseconds in the file that
// WRONG_CLOCK names, eight bytes; whoever writes there sets the clock. Eight more put the boot
// clock ahead: both by the same is what a machine's sleep does. No other clock is touched. Its own
// calls go to the kernel: a sanitizer asks for the time before the program can do anything.
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

namespace {

constexpr long second = 1'000'000'000;

std::atomic<const std::int64_t*> wrong_by = nullptr;

__attribute__((constructor)) void open_file() {
    const char* const path = std::getenv("WRONG_CLOCK");
    const int file = path == nullptr ? -1 : ::open(path, O_RDONLY | O_CLOEXEC);
    // Behind the end of a shorter file the page is zero.
    void* const place = ::mmap(nullptr, 2 * sizeof(std::int64_t), PROT_READ, MAP_SHARED, file, 0);
    if (place == MAP_FAILED) {
        ::abort();
    }
    ::close(file);
    wrong_by = static_cast<const std::int64_t*>(place);
}

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* now) noexcept {
    const int result = static_cast<int>(::syscall(SYS_clock_gettime, clock, now));
    const std::int64_t* const nanoseconds = wrong_by;
    const bool is_wrong = clock == CLOCK_REALTIME || clock == CLOCK_BOOTTIME;
    if (result == 0 && is_wrong && nanoseconds != nullptr) {
        const std::int64_t by = nanoseconds[clock == CLOCK_REALTIME ? 0 : 1];
        const std::int64_t sum = now->tv_nsec + by % second + second;
        now->tv_sec += by / second + sum / second - 1;
        now->tv_nsec = sum % second;
    }
    return result;
}
