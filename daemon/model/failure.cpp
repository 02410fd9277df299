#include "model/failure.hpp"

#include <stdexcept>

namespace cvmbackup {

void throw_exception_from_error(const Failure& failure, const boost::source_location& where) {
    throw std::logic_error(
        std::string(where.function_name()) + ": the failure was not looked at: " + failure.code +
        ": " + failure.text
    );
}

const char* to_text(Remedy remedy) {
    switch (remedy) {
        case Remedy::retry_now:
            return "retry now";
        case Remedy::retry_later:
            return "retry later";
        case Remedy::look_first:
            return "look first";
        case Remedy::refresh_credentials:
            return "refresh credentials";
        case Remedy::give_up:
            return "give up";
    }
    return "?";
}

}  // namespace cvmbackup
