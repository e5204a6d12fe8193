#include "dns/resolver_panel.h"

#include <algorithm>
#include <future>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "dns/name.h"

namespace hikkoshi::dns {
namespace {

constexpr size_t longest_chain = 16;

ResolverAnswer ask(const Endpoint& resolver, const Question& question, Type type,
                   const Patience& patience) {
  ResolverAnswer answer;
  answer.resolver = resolver;
  Lookup lookup = look_up(resolver, question, patience);
  answer.fault = lookup.fault;
  if (!lookup.reply) return answer;
  const Reply& reply = *lookup.reply;
  if (reply.code != 0 && reply.code != 3) {  // NOERROR, NXDOMAIN
    answer.fault = code_text(reply.code);
    return answer;
  }
  answer.reachable = true;
  std::string name = question.name;
  std::uint32_t ttl = 0xffffffff;
  while (type != Type::cname && answer.chain.size() < longest_chain) {
    std::optional<RecordSet> alias = reply.set(name, Type::cname);
    if (!alias) break;
    ttl = std::min(ttl, alias->ttl);
    name = alias->values.front();
    answer.chain.push_back(name);
  }
  answer.records = reply.set(name, type);
  if (answer.records) {
    answer.records->name = question.name;
    answer.records->ttl = std::min(ttl, answer.records->ttl);
  }
  return answer;
}

}  // namespace

std::vector<ResolverAnswer> ask_resolvers(const std::vector<Endpoint>& resolvers,
                                          const std::string& name, Type type,
                                          const Patience& patience) {
  const std::string normal = normal_name(name);
  if (!is_valid_name(normal) || type == Type::other) {
    throw Error(Retry::never, "'" + printable(name) + "' is no name that can be asked for");
  }
  const Question question{normal, code_of(type), true};
  std::vector<std::future<ResolverAnswer>> answers;
  for (const Endpoint& resolver : resolvers) {
    answers.push_back(std::async(std::launch::async,
                                 [&, type] { return ask(resolver, question, type, patience); }));
  }
  std::vector<ResolverAnswer> result;
  for (auto& answer : answers) result.push_back(answer.get());
  return result;
}

std::vector<Endpoint> parse_resolv_conf(std::string_view text) {
  constexpr std::string_view keyword = "nameserver";
  std::vector<Endpoint> result;
  bool has_line = false;
  for (const std::string& line : split(text, '\n')) {
    std::string_view rest = trim(line);
    if (!rest.starts_with(keyword) || rest.size() == keyword.size()) continue;
    rest.remove_prefix(keyword.size());
    if (rest.front() != ' ' && rest.front() != '\t') continue;
    has_line = true;
    rest = trim(rest);
    std::string address(rest.substr(0, rest.find_first_of(" \t#;")));
    // A link-local address may carry its interface: "fe80::1%eth0".
    if (is_ip(address.substr(0, address.find('%')))) result.push_back({address, 53});
  }
  if (!has_line) result.push_back({"127.0.0.1", 53});
  return result;
}

std::vector<Endpoint> system_resolvers(const std::string& path) {
  return parse_resolv_conf(read_file(path));
}

}  // namespace hikkoshi::dns
