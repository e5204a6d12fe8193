#include "steps/values.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"

namespace hikkoshi::steps {

namespace {

constexpr dns::Type types[] = {dns::Type::a,   dns::Type::aaaa, dns::Type::cname, dns::Type::ns,
                               dns::Type::soa, dns::Type::txt,  dns::Type::mx};

dns::Type type_named(const std::string& name) {
  for (dns::Type type : types)
    if (dns::to_string(type) == name) return type;
  return dns::Type::other;
}

}  // namespace

Json to_json(const std::optional<traffic::Page>& page) {
  if (!page) return nullptr;
  return {{"paths", page->paths},
          {"hosts", page->hosts},
          {"allow", page->allow},
          {"body", page->body},
          {"retry_after_ms", page->retry_after.count()}};
}

std::optional<traffic::Page> page_from_json(const Json& json) {
  if (json.is_null()) return {};
  traffic::Page page;
  page.paths = json.value("paths", page.paths);
  page.hosts = json.value("hosts", page.hosts);
  page.allow = json.value("allow", page.allow);
  page.body = json.value("body", page.body);
  page.retry_after = Millis(json.value("retry_after_ms", page.retry_after.count()));
  return page;
}

Json to_json(const std::vector<dns::RecordSet>& records) {
  Json list = Json::array();
  for (const dns::RecordSet& record : records)
    list.push_back({{"name", record.name},
                    {"type", dns::to_string(record.type)},
                    {"ttl", record.ttl},
                    {"values", record.values}});
  return list;
}

std::vector<dns::RecordSet> records_from_json(const Json& json) {
  std::vector<dns::RecordSet> records;
  for (const Json& item : json)
    records.push_back({item.at("name").get<std::string>(), type_named(item.at("type")),
                       item.at("ttl").get<std::uint32_t>(),
                       item.at("values").get<std::vector<std::string>>()});
  return records;
}

std::string describe(const dns::RecordSet& record) {
  if (record.values.empty())
    return fmt::format("{} {} (none)", record.name, dns::to_string(record.type));
  return fmt::format("{} {} {} ({} s)", record.name, dns::to_string(record.type),
                     join(record.values, " "), record.ttl);
}

}  // namespace hikkoshi::steps
