using System.Text.Json.Serialization;
using Slipway.Security.Contracts;

namespace Slipway.Security.Deliveries;

[JsonSerializable(typeof(MailText))]
internal sealed partial class DeliveryJson : JsonSerializerContext;
