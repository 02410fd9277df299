#include "bus/support/stage.hpp"

#include <boost/asio/buffers_iterator.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/streambuf.hpp>

#include <array>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <spawn.h>
#include <sstream>
#include <stdexcept>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace cvmbackup::test {

namespace asio = boost::asio;

namespace {

constexpr const char* bus_configuration = R"(<busconfig>
  <type>custom</type>
  <listen>unix:path=FOLDER/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
  </policy>
</busconfig>
)";

struct Pipe {
    int read_end = -1;
    int write_end = -1;
};

Pipe make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw std::runtime_error("pipe2 failed");
    }
    return {ends[0], ends[1]};
}

// 100 columns, 24 lines.
Pipe make_terminal() {
    const int master = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    std::array<char, 128> name{};
    if (master < 0 || ::grantpt(master) != 0 || ::unlockpt(master) != 0 ||
        ::ptsname_r(master, name.data(), name.size()) != 0) {
        throw std::runtime_error("no terminal");
    }
    const int slave = ::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    const winsize size{24, 100, 0, 0};
    ::ioctl(slave, TIOCSWINSZ, &size);
    return {master, slave};
}

pid_t spawn(const std::vector<std::string>& command, int out, int err) {
    std::vector<char*> arguments;
    for (const std::string& word : command) {
        arguments.push_back(const_cast<char*>(word.c_str()));
    }
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions{};
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
    pid_t process = -1;
    const int error =
        ::posix_spawnp(&process, arguments[0], &actions, nullptr, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0) {
        throw std::runtime_error("cannot start " + command[0]);
    }
    return process;
}

int wait_for(pid_t process) {
    int status = 0;
    ::waitpid(process, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string text_of(const asio::streambuf& buffer) {
    const auto data = buffer.data();
    return {asio::buffers_begin(data), asio::buffers_end(data)};
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "cvmbackup-bus-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        throw std::runtime_error("cannot make a temporary folder");
    }
    ::chmod(name.c_str(), 0755);
    path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

// The address on its standard output says that it listens.
PrivateBus::PrivateBus(const std::string& folder) {
    std::string text = bus_configuration;
    text.replace(text.find("FOLDER"), 6, folder);
    std::ofstream(folder + "/bus.conf") << text;
    const Pipe pipe = make_pipe();
    const std::string log_name = folder + "/bus.log";
    const int log = ::open(log_name.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    process_ = spawn(
        {"dbus-daemon", "--nofork", "--print-address", "--config-file=" + folder + "/bus.conf"},
        pipe.write_end,
        log
    );
    ::close(log);
    ::close(pipe.write_end);
    char c = 0;
    while (::read(pipe.read_end, &c, 1) == 1 && c != '\n') {
        address_ += c;
    }
    ::close(pipe.read_end);
    if (address_.empty()) {
        throw std::runtime_error("dbus-daemon did not start");
    }
}

PrivateBus::~PrivateBus() {
    kill();
}

void PrivateBus::kill() {
    if (process_ > 0) {
        ::kill(process_, SIGKILL);
        wait_for(process_);
        process_ = -1;
    }
}

void RecordedNotices::observe(const Fact& fact) {
    if (const auto* notice = std::get_if<Notice>(&fact)) {
        texts.push_back(notice->text);
    }
}

Stage::Stage()
    : bus(folder.path()) {
    ::setenv("TZ", "Asia/Shanghai", 1);
    ::setenv("TERM", "xterm", 1);
    auto opened = BusService::open(io.get_executor(), bus.address(), world, log);
    if (!opened) {
        throw std::runtime_error(opened.error().text);
    }
    service = std::move(*opened);
    world.observer = service.get();
    world.add_policy("web");
    service->start([this](std::string why) { lost = std::move(why); });
}

Stage::~Stage() = default;

void Stage::run_until(const std::function<bool()>& done) {
    bool expired = false;
    asio::steady_timer limit(io, std::chrono::seconds(10));
    limit.async_wait([&expired](const auto& error) { expired = !error; });
    io.restart();
    while (!done() && !expired && io.run_one() != 0) {
    }
    limit.cancel();
    io.poll();
    EXPECT_FALSE(expired) << "nothing happened for ten seconds";
}

Ended Stage::run(const std::vector<std::string>& command, bool terminal) {
    const Pipe out = terminal ? make_terminal() : make_pipe();
    const Pipe err = make_pipe();
    const pid_t process = spawn(command, out.write_end, err.write_end);
    ::close(out.write_end);
    ::close(err.write_end);
    asio::posix::stream_descriptor out_stream(io, out.read_end);
    asio::posix::stream_descriptor err_stream(io, err.read_end);
    asio::streambuf out_text;
    asio::streambuf err_text;
    int open = 2;
    const auto closed = [&open](const auto&, std::size_t) { --open; };
    asio::async_read(out_stream, out_text, closed);
    asio::async_read(err_stream, err_text, closed);
    run_until([&open] { return open == 0; });
    if (open != 0) {
        ::kill(process, SIGKILL);
        run_until([&open] { return open == 0; });
    }
    return {wait_for(process), text_of(out_text), text_of(err_text)};
}

Ended Stage::ctl(const std::string& words, bool terminal) {
    std::vector<std::string> command{CVMBACKUPCTL, "--bus", bus.address()};
    for (std::string& word : split(words)) {
        command.push_back(std::move(word));
    }
    return run(command, terminal);
}

Ended Stage::call(const std::string& words) {
    std::vector<std::string> command{
        "busctl",
        "--address=" + bus.address(),
        "call",
        "org.cvmbackup1",
        "/org/cvmbackup1",
        "org.cvmbackup1.Manager"};
    for (std::string& word : split(words)) {
        command.push_back(word == "''" ? "" : std::move(word));
    }
    return run(command);
}

std::vector<std::string> split(const std::string& words) {
    std::istringstream stream(words);
    std::vector<std::string> result;
    for (std::string word; stream >> word;) {
        result.push_back(word);
    }
    return result;
}

}  // namespace cvmbackup::test
