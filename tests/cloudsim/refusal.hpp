// A refused API 3.0 request: a code of the action's published list and a text that nobody should
// parse. Actions throw it; gateway.cpp is the only place that catches it.
#pragma once

#include <stdexcept>
#include <string>

namespace cloudsim {

class Refusal : public std::runtime_error {
public:
    Refusal(std::string code, const std::string& message)
        : std::runtime_error{message}
        , code_{std::move(code)} {}

    const std::string& code() const { return code_; }

private:
    std::string code_;
};

}  // namespace cloudsim
