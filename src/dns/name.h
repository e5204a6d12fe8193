// Domain names in the one form that this folder uses: absolute, lower case, no final dot.
#pragma once

#include <string>
#include <string_view>

namespace hikkoshi::dns {

/// Lower case, without the final dot; the root is "". Does not judge what it is given.
std::string normal_name(std::string_view name);

/// A name that may be written into a message: letters, digits, '-' and '_', labels of 1 to 63
/// characters, at most 253 in all (RFC 1035 section 2.3.4), '*' only as the whole first label.
bool is_valid_name(std::string_view name);

/// `name` is `zone` or below it. Both normal.
bool is_inside(std::string_view name, std::string_view zone);

}  // namespace hikkoshi::dns
