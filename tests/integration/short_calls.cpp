// Preloaded, it cuts a program's calls short, as the kernel may: a part of what it reads from files
// and sockets or writes to files is done at first, and calls on files are interrupted (EINTR). How
// often it did either stands in the file that SHORT_CALLS names, eight bytes each. Sockets get so
// little room that the kernel itself takes a large answer in parts; a call that were cut here would
// wait for ever, as epoll tells of room only once. Its own calls go to the kernel.
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

struct Counters {
    std::atomic<std::int64_t> interrupted;
    std::atomic<std::int64_t> cut;
};

std::atomic<Counters*> counters = nullptr;
std::atomic<unsigned> calls = 0;

__attribute__((constructor)) void open_file() {
    const char* const path = std::getenv("SHORT_CALLS");
    const int file = path == nullptr ? -1 : ::open(path, O_RDWR | O_CLOEXEC);
    void* const place =
        ::mmap(nullptr, sizeof(Counters), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (place == MAP_FAILED) {
        ::abort();
    }
    counters = static_cast<Counters*>(place);
}

std::size_t part_of(std::size_t size) {
    Counters* const count = counters;
    if (size < 2 || count == nullptr) {
        return size;
    }
    ++count->cut;
    return size / 2;
}

bool is_interrupted() {
    Counters* const count = counters;
    if (count == nullptr || ++calls % 3 != 0) {
        return false;
    }
    ++count->interrupted;
    errno = EINTR;
    return true;
}

// Every second, else what is asked for byte by byte takes long.
std::size_t part_of_some(std::size_t size) {
    return ++calls % 2 == 0 ? part_of(size) : size;
}

void give_little_room(int socket) {
    const int least = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &least, sizeof(least));
}

}  // namespace

// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): libc's begin with underscores
extern "C" {

ssize_t pread64(int file, void* data, size_t size, off64_t offset) {
    return is_interrupted() ? -1 : ::syscall(SYS_pread64, file, data, part_of_some(size), offset);
}

ssize_t pread(int file, void* data, size_t size, off_t offset) {
    return pread64(file, data, size, offset);
}

ssize_t pwrite64(int file, const void* data, size_t size, off64_t offset) {
    return is_interrupted() ? -1 : ::syscall(SYS_pwrite64, file, data, part_of_some(size), offset);
}

ssize_t pwrite(int file, const void* data, size_t size, off_t offset) {
    return pwrite64(file, data, size, offset);
}

ssize_t recv(int socket, void* data, size_t size, int flags) {
    return ::syscall(SYS_recvfrom, socket, data, part_of_some(size), flags, nullptr, nullptr);
}

int connect(int socket, const sockaddr* address, socklen_t size) {
    give_little_room(socket);
    return static_cast<int>(::syscall(SYS_connect, socket, address, size));
}

int accept(int socket, sockaddr* address, socklen_t* size) {
    const auto accepted = static_cast<int>(::syscall(SYS_accept, socket, address, size));
    give_little_room(accepted);
    return accepted;
}

}  // extern "C"
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
