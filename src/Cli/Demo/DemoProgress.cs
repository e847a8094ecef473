using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Kernel;

namespace Slipway.Cli.Demo;

/// <summary>
/// How far the demo has come, kept in its home so that a killed demo goes on where it was. Every act of a week can be
/// done again without harm (jobs have fixed names, predictions fixed ids) but one: once the week's end has made a new
/// champion, the week's flights would be asked of it. So it is noted when a week is served, and when it is over.
/// </summary>
internal sealed class DemoProgress
{
    private string? _path;

    /// <summary>The weeks that are done, in order.</summary>
    [JsonPropertyName("weeks")]
    public List<DemoWeek> Weeks { get; set; } = [];

    /// <summary>The week that is served and not over.</summary>
    [JsonPropertyName("served")]
    public DemoWeek? Served { get; set; }

    /// <summary>Seconds spent in earlier starts.</summary>
    [JsonPropertyName("seconds")]
    public double Seconds { get; set; }

    public static DemoProgress Load(string home)
    {
        var path = Path.Combine(home, "demo.json");
        DemoProgress? progress = null;
        if (File.Exists(path))
        {
            try
            {
                progress = JsonSerializer.Deserialize(File.ReadAllText(path), DemoJson.Default.DemoProgress);
            }
            catch (JsonException exception)
            {
                throw new SlipwayException(
                    ErrorCode.Corrupt, $"{path} is not what the demo wrote; delete {home} to begin again.", exception);
            }
        }

        progress ??= new DemoProgress();
        progress._path = path;
        return progress;
    }

    public void Save()
    {
        var temporary = _path + ".new";
        File.WriteAllText(temporary, JsonSerializer.Serialize(this, DemoJson.Default.DemoProgress));
        File.Move(temporary, _path!, overwrite: true);
    }
}
