using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Slipway.Data;
using Slipway.Engines.OnnxRuntime;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Serving.Protocol;
using Slipway.Serving.Runtimes;
using Slipway.Serving.Runtimes.Onnx;
using Slipway.Serving.Scoring;
using Slipway.Shared;
using Slipway.Unit.OnnxRuntime;
using Xunit;

namespace Slipway.Unit.Serving;

public sealed class InferParserTests : IDisposable
{
    private const int MaxRows = 5000;

    private readonly TempFolder _folder = new();
    private readonly ServedModel _model;
    private readonly ScoringSlot _slot;

    public InferParserTests()
    {
        _model = Load(OnnxModels.Classifier().ToByteArray());
        _slot = new ScoringSlot(_model);
    }

    public void Dispose()
    {
        _slot.Dispose();
        _model.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Random_valid_requests_reach_the_model_as_they_were_meant()
    {
        var random = new Random(11);
        for (var round = 0; round < 300; round++)
        {
            var rows = round % 50 == 0 ? random.Next(1024, MaxRows) : random.Next(1, 40);
            var carriers = Enumerable.Range(0, rows).Select(_ => Text(random)).ToArray();
            var distances = Enumerable.Range(0, rows).Select(_ => random.Next(8) == 0 ? float.NaN : Number(random)).ToArray();

            Parse(Encoding.UTF8.GetBytes(Request(random, carriers, distances)), _slot);

            Assert.Equal(rows, _slot.Rows);
            Assert.Equal(distances, _slot.Runner.Inputs[1].Span<float>()[..rows].ToArray());
            for (var row = 0; row < rows; row++)
                Assert.Equal(carriers[row], Encoding.UTF8.GetString(_slot.Texts[0]![row]));
        }
    }

    [Fact]
    public async Task Requests_with_random_damage_are_answered_or_refused_and_never_fail()
    {
        var random = new Random(12);
        var (answered, refused) = (0, 0);
        for (var round = 0; round < 20_000; round++)
        {
            var carriers = Enumerable.Range(0, random.Next(1, 4)).Select(_ => Text(random)).ToArray();
            var request = Encoding.UTF8.GetBytes(Request(random, carriers, [.. carriers.Select(_ => Number(random))]));
            var damaged = Damage(random, request);
            try
            {
                Parse(damaged, _slot);
                await _slot.RunAsync(TestContext.Current.CancellationToken);
                _slot.RequestId ??= "x";
                InferWriter.Write(_slot);
                Assert.NotNull(JsonNode.Parse(_slot.Answer.Written.Span));
                answered++;
            }
            catch (SlipwayException refusal)
            {
                Assert.True(refusal.Code is ErrorCode.InvalidParameter or ErrorCode.TooLarge, refusal.Message);
                refused++;
            }
        }

        Assert.True(answered > 1000 && refused > 1000, $"{answered} answered, {refused} refused: the damage tests nothing.");
    }

    [Theory]
    [InlineData(OnnxElementType.Bool, "[true,false]", "[1,false]")]
    [InlineData(OnnxElementType.Int8, "[-128,127]", "[-129,0]")]
    [InlineData(OnnxElementType.UInt8, "[0,255]", "[256,0]")]
    [InlineData(OnnxElementType.Int16, "[-32768,32767]", "[32768,0]")]
    [InlineData(OnnxElementType.UInt16, "[0,65535]", "[-1,0]")]
    [InlineData(OnnxElementType.Int32, "[-2147483648,7]", "[1.5,0]")]
    [InlineData(OnnxElementType.UInt32, "[0,4294967295]", "[4294967296,0]")]
    [InlineData(OnnxElementType.Int64, "[-9223372036854775808,9]", "[9223372036854775808,0]")]
    [InlineData(OnnxElementType.UInt64, "[0,18446744073709551615]", "[null,0]")]
    [InlineData(OnnxElementType.Float16, "[0.5,null]", "[1e9,0]")]
    [InlineData(OnnxElementType.BFloat16, "[0.5,null]", "[3.4028235E+38,0]")]
    [InlineData(OnnxElementType.Float, "[0.1,-3.4028235E+38]", "[1e39,0]")]
    [InlineData(OnnxElementType.Double, "[0.1,null]", "[\"0\",0]")]
    [InlineData(OnnxElementType.String, "[\"\",\"\\u00E4\"]", "[null,\"\"]")]
    public async Task Each_type_comes_back_as_it_was_sent_and_takes_only_its_own_values(OnnxElementType type, string data, string wrong)
    {
        using var model = Load(OnnxModels.Identity(type));
        using var slot = new ScoringSlot(model);
        string Body(string values) =>
            $$"""{"inputs":[{"name":"x","shape":[1,2],"datatype":"{{OipTypes.Of(type)}}","data":{{values}}}]}""";

        Parse(Encoding.UTF8.GetBytes(Body(data)), slot);
        await slot.RunAsync(TestContext.Current.CancellationToken);
        slot.RequestId = "x";
        InferWriter.Write(slot);

        var answer = JsonNode.Parse(slot.Answer.Written.Span)!["outputs"]![0]!["data"]!;
        Assert.Equal(JsonNode.Parse(data)!.ToJsonString(), answer.ToJsonString());
        Assert.Throws<SlipwayException>(() => Parse(Encoding.UTF8.GetBytes(Body(wrong)), slot));
    }

    private static void Parse(byte[] body, ScoringSlot slot)
    {
        slot.Begin();
        InferParser.Parse(body, [], slot, MaxRows);
    }

    private ServedModel Load(byte[] onnx)
    {
        var path = _folder.File($"{Guid.CreateVersion7():N}.onnx");
        File.WriteAllBytes(path, onnx);
        return new ServedModel(
            OnnxModel.Load(path, OnnxSessionSettings.Default),
            new ModelVersion
            {
                Workspace = WorkspaceName.Default,
                Model = "late",
                Number = 1,
                Tree = Digest.Of([]),
                Flavor = "onnx",
                Tags = new Dictionary<string, string>(),
                Aliases = [],
                CreatedAt = DateTimeOffset.UnixEpoch,
                CreatedBy = "test",
            },
            MaxRows);
    }

    private static string Request(Random random, string[] carriers, float[] distances)
    {
        var rows = carriers.Length;
        var texts = new JsonArray([.. carriers.Select(text => (JsonNode)text)]);
        var numbers = new JsonArray([.. distances.Select(number => float.IsNaN(number) ? null : (JsonNode)number)]);
        var inputs = new List<JsonObject> { Input(random, "carrier", "BYTES", texts, rows), Input(random, "distance", "FP32", numbers, rows) };
        var fields = new List<KeyValuePair<string, JsonNode?>>
        {
            new("inputs", new JsonArray([.. Shuffled(random, inputs)])),
            new("id", "r\u00e4tsel"),
            new("parameters", new JsonObject { ["event_time"] = "2001-05-01T12:00:00Z", ["x"] = new JsonArray(1, null) }),
            new("more", new JsonObject { ["inputs"] = 1 }),
        };
        return new JsonObject(Shuffled(random, fields)).ToJsonString();
    }

    private static JsonObject Input(Random random, string name, string type, JsonArray values, int rows)
    {
        var nested = random.Next(2) == 0;
        if (nested)
            values = new JsonArray([.. values.Select(value => (JsonNode)new JsonArray(value?.DeepClone()))]);
        var shape = !nested && random.Next(2) == 0 ? new JsonArray(rows) : new JsonArray(rows, 1);
        return new JsonObject(Shuffled(random, new List<KeyValuePair<string, JsonNode?>>
        {
            new("name", name), new("datatype", type), new("shape", shape), new("data", values), new("parameters", new JsonObject()),
        }));
    }

    // Bytes are changed, cut out, doubled, or exchanged for a token that has a meaning.
    private static byte[] Damage(Random random, byte[] request)
    {
        string[] tokens = ["[", "]", "{", "}", ",", "null", "1e999", "-1", "\"\\ud800\"", "99999999999", "\"data\"", "NaN", "\"shape\"", "true"];
        var bytes = request.ToList();
        for (var times = random.Next(0, 3); times > 0; times--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(bytes.Count - at, random.Next(1, 12)));
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.Skip(at).Take(random.Next(1, 30)).ToList());
                    break;
                default:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(tokens[random.Next(tokens.Length)]));
                    break;
            }
        }

        return [.. bytes];
    }

    private static List<T> Shuffled<T>(Random random, List<T> items)
    {
        var array = items.ToArray();
        random.Shuffle(array);
        return [.. array];
    }

    private static string Text(Random random) => random.Next(4) switch
    {
        0 => "AA",
        1 => "",
        2 => "\"\\/\b\n\u0000\u00e4\ud83d\ude00",
        _ => new string('x', random.Next(200)),
    };

    private static float Number(Random random) => random.Next(3) switch
    {
        0 => random.Next(-1000, 1000),
        1 => random.NextSingle() * MathF.Pow(10, random.Next(-30, 30)),
        _ => BitConverter.Int32BitsToSingle(random.Next(0x7f000000)),
    };
}
