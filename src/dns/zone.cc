#include "dns/zone.h"

namespace hikkoshi::dns {

std::string_view to_string(Type type) {
  switch (type) {
    case Type::a:
      return "A";
    case Type::aaaa:
      return "AAAA";
    case Type::cname:
      return "CNAME";
    case Type::ns:
      return "NS";
    case Type::soa:
      return "SOA";
    case Type::txt:
      return "TXT";
    case Type::mx:
      return "MX";
    case Type::other:
      return "other";
  }
  return "other";
}

}  // namespace hikkoshi::dns
