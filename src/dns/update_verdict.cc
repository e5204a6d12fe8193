#include "dns/update_verdict.h"

#include <ctime>

#include "base/error.h"
#include "base/units.h"

namespace hikkoshi::dns {
namespace {

// RFC 1035 section 4.1.1, RFC 2136 section 2.2.
enum class Code {
  noerror,
  formerr,
  servfail,
  nxdomain,
  notimp,
  refused,
  yxdomain,
  yxrrset,
  nxrrset,
  notauth,
  notzone
};
// RFC 8945 section 3.
enum class TsigError { none = 0, badsig = 16, badkey = 17, badtime = 18 };

Error authentication(const std::string& why, const std::string& remedy) {
  return Error(Retry::never, why, Exit::authentication).remedy(remedy);
}

Error wrong_clock(const UpdateReply& reply) {
  std::string skew;
  if (reply.genuine && reply.server_time) {
    std::int64_t ahead = *reply.server_time - std::time(nullptr);
    skew = ", whose clock is " + std::to_string(std::abs(ahead)) + " s " +
           (ahead > 0 ? "ahead of ours" : "behind ours");
  }
  return authentication("our signature is out of time for the server (BADTIME)" + skew,
                        "set both clocks right (NTP); at most five minutes may lie between them");
}

Error not_authorised(const UpdateReply& reply, const std::string& zone) {
  switch (static_cast<TsigError>(reply.tsig_error)) {
    case TsigError::badsig:
      return authentication("the server finds our signature wrong (BADSIG)",
                            "compare the key's secret and algorithm on both sides");
    case TsigError::badkey:
      return authentication("the server does not know our TSIG key (BADKEY)",
                            "compare the key's name and algorithm on both sides");
    case TsigError::badtime:
      return wrong_clock(reply);
    default:
      return authentication("the server takes no update for " + zone + " from us (NOTAUTH)",
                            "check that it is the zone's primary and that the key may update it");
  }
}

Error prerequisite_failed(const UpdateReply& reply, const std::string& zone) {
  const std::string code = code_text(reply.code);
  if (!reply.genuine) {
    return Error(Retry::ask,
                 "an unsigned answer says that " + zone + " has changed (" + code + ")");
  }
  return Error(Retry::never,
               "the records in " + zone + " are not as they were read (" + code +
                   "); nothing was changed",
               Exit::needs_human)
      .remedy(
          "somebody else changes this zone, or the name answers from a wildcard: look, then "
          "make a new plan");
}

}  // namespace

void judge(const UpdateReply& reply, const std::string& zone) {
  const std::string code = code_text(reply.code);
  switch (static_cast<Code>(reply.code)) {
    case Code::noerror:
      if (reply.genuine) return;
      throw Error(Retry::ask, "the answer to the update of " + zone +
                                  " does not bear our key's "
                                  "signature: it may be forged");
    case Code::servfail:
      throw Error(Retry::ask, "the server failed to update " + zone + " (SERVFAIL)")
          .remedy("its log says why; Knot needs a folder for its journal that it may write");
    case Code::nxdomain:
    case Code::yxdomain:
    case Code::yxrrset:
    case Code::nxrrset:
      throw prerequisite_failed(reply, zone);
    case Code::refused:
      throw authentication("the server refuses our update of " + zone + " (REFUSED)",
                           "allow the key to update these names and types, from this address");
    case Code::notauth:
      throw not_authorised(reply, zone);
    default:
      throw Error(Retry::never, "the server cannot update " + zone + " (" + code + ")");
  }
}

}  // namespace hikkoshi::dns
