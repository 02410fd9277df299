#include "login_rules.hpp"

#include "text.hpp"

#include <algorithm>
#include <cctype>

namespace cloudsim {
namespace {

constexpr std::size_t user_data_max = 16 * 1024;  // RunInstances, UserData
constexpr std::size_t password_max = 30;          // LoginSettings, Password

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

void take_login(Params& params, InsideWish& wish) {
    auto login = params.object("LoginSettings");
    if (!login) {
        return;
    }
    wish.password = login->optional_text("Password");
    wish.key_ids = login->texts("KeyIds");
    const std::string keep = to_lower(login->optional_text("KeepImageLogin").value_or("false"));
    login->finish();
    if (keep != "true" && keep != "false") {
        throw Refusal{"InvalidParameterValue", "`KeepImageLogin` must be \"true\" or \"false\"."};
    }
    wish.keeps_image_login = keep == "true";
    const int ways =
        (wish.password ? 1 : 0) + (wish.key_ids.empty() ? 0 : 1) + (wish.keeps_image_login ? 1 : 0);
    if (ways > 1) {
        throw Refusal{
            "InvalidParameter.ParameterConflict",
            "`Password`, `KeyIds` and `KeepImageLogin` exclude each other."};
    }
    for (const std::string& id : wish.key_ids) {
        if (!is_well_formed_id(id, "skey-")) {
            throw Refusal{"InvalidKeyPairId.Malformed", "The key id `" + id + "` is malformed."};
        }
    }
}

void take_services(Params& params, InsideWish& wish) {
    auto services = params.object("EnhancedService");
    if (!services) {
        return;
    }
    for (const char* name : {"SecurityService", "MonitorService", "AutomationService"}) {
        if (auto service = services->object(name)) {
            const auto enabled = service->optional_flag("Enabled");
            service->finish();
            if (name == std::string_view{"AutomationService"}) {
                wish.tat_agent = enabled.value_or(true);
            }
        }
    }
    services->finish();
}

void check_user_data(const std::string& text) {
    const auto padding = text.size() - std::min(text.size(), text.find('='));
    const bool is_base64 =
        text.size() % 4 == 0 && padding <= 2 && std::ranges::all_of(text, [](char c) {
            return is_letter(c) || is_digit(c) || c == '+' || c == '/' || c == '=';
        });
    if (!is_base64) {
        throw Refusal{"InvalidParameterValue.InvalidUserDataFormat", "`UserData` is not base64."};
    }
    if (text.size() / 4 * 3 - padding > user_data_max) {
        throw Refusal{"InvalidParameterValue.TooLong", "`UserData` is larger than 16 KB."};
    }
}

// Eight characters of two kinds on Linux, twelve of three kinds on Windows.
void check_password(const std::string& password, bool is_windows) {
    constexpr std::string_view marks = "()`~!@#$%^&*-+=|{}[]:;',.?/";
    const auto has = [&password](auto is_kind) {
        return std::ranges::any_of(password, is_kind) ? 1 : 0;
    };
    const int kinds = has([](char c) { return c >= 'a' && c <= 'z'; }) +
                      has([](char c) { return c >= 'A' && c <= 'Z'; }) + has(is_digit) +
                      has([marks](char c) { return marks.find(c) != std::string_view::npos; });
    const bool is_clean = std::ranges::all_of(password, [marks](char c) {
        return is_letter(c) || is_digit(c) || marks.find(c) != std::string_view::npos;
    });
    const std::size_t least = is_windows ? 12 : 8;
    if (!is_clean || password.size() < least || password.size() > password_max ||
        kinds < (is_windows ? 3 : 2)) {
        throw Refusal{"InvalidParameterValue.InvalidPassword", "The password is too simple."};
    }
}

}  // namespace

InsideWish take_inside(Params& params) {
    InsideWish wish;
    take_login(params, wish);
    take_services(params, wish);
    wish.host_name = params.optional_text("HostName").value_or("");
    wish.user_data = params.optional_text("UserData").value_or("");
    check_user_data(wish.user_data);
    return wish;
}

void check_inside(const Call& call, const InsideWish& wish, const Image& image) {
    const bool is_windows = image.platform == "Windows";
    if (wish.password) {
        check_password(*wish.password, is_windows);
    }
    if (!wish.key_ids.empty() && is_windows) {
        throw Refusal{
            "UnsupportedOperation.KeyPairUnsupportedWindows", "Windows takes no key pairs."};
    }
    const std::vector<std::string>& known = call.account.key_pairs;
    for (const std::string& id : wish.key_ids) {
        if (!known.empty() && std::ranges::find(known, id) == known.end()) {
            throw Refusal{
                "InvalidParameterValue.KeyPairNotFound", "There is no key pair `" + id + "`."};
        }
    }
    if (wish.keeps_image_login && image.uin.empty()) {
        throw Refusal{
            "InvalidParameterValue.InvalidImageId",
            "`KeepImageLogin` is for custom, shared and imported images only."};
    }
}

void check_host_name(const std::string& name, bool is_windows) {
    const auto is_part = [is_windows](char c) {
        return is_letter(c) || is_digit(c) || c == '-' || (c == '.' && !is_windows);
    };
    const auto is_mark = [](char c) { return c == '.' || c == '-'; };
    const auto both_marks = [is_mark](char a, char b) { return is_mark(a) && is_mark(b); };
    const bool is_good = name.size() >= 2 && name.size() <= (is_windows ? 15U : 60U) &&
                         std::ranges::all_of(name, is_part) && !is_mark(name.front()) &&
                         !is_mark(name.back()) &&
                         std::ranges::adjacent_find(name, both_marks) == name.end() &&
                         !(is_windows && std::ranges::all_of(name, is_digit));
    if (!is_good) {
        throw Refusal{"InvalidParameterValue.IllegalHostName", "`" + name + "` is no host name."};
    }
}

bool has_tat_agent(const InsideWish& wish, const Image& image) {
    return wish.tat_agent.value_or(image.uin.empty());
}

}  // namespace cloudsim
