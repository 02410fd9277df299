// Does on purpose what a sanitizer must find: the kind that is named.
#include <cstddef>
#include <cstdlib>
#include <limits>
#include <memory>
#include <string_view>
#include <thread>

int main(int argc, char** argv) {
    const std::string_view kind = argc > 1 ? argv[1] : "";
    const auto numbers = std::make_unique<int[]>(1);
    if (kind == "address") {
        return numbers[static_cast<std::size_t>(argc)] == 0 ? EXIT_FAILURE : EXIT_SUCCESS;
    }
    if (kind == "leak") {
        return *new int{argc} == 0 ? EXIT_FAILURE : EXIT_SUCCESS;
    }
    if (kind == "undefined") {
        return std::numeric_limits<int>::max() + argc == 0 ? EXIT_FAILURE : EXIT_SUCCESS;
    }
    std::thread other([&] { numbers[0] = argc; });
    numbers[0] = 2 * argc;
    other.join();
    return EXIT_SUCCESS;
}
