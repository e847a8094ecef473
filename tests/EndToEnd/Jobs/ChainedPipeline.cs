using System.Globalization;
using System.Text;
using Slipway.Client;
using Xunit;

namespace Slipway.EndToEnd.Jobs;

/// <summary>Fifty steps in ten chains; each leaves a line in a file as the last thing that it does.</summary>
internal sealed class ChainedPipeline(string log)
{
    private const int Chains = 10;
    private const int Length = 5;

    public const int Steps = Chains * Length;

    public string[] Lines => File.Exists(log) ? File.ReadAllLines(log) : [];

    public async Task<string> SubmitAsync(SlipwayClient client, int number, CancellationToken ct)
    {
        var name = $"job{number}";
        var yaml = new StringBuilder("type: pipeline\njobs:\n");
        for (var chain = 0; chain < Chains; chain++)
        {
            for (var link = 0; link < Length; link++)
            {
                yaml.AppendLine(CultureInfo.InvariantCulture, $"  s{chain}_{link}:");
                yaml.AppendLine(CultureInfo.InvariantCulture, $"    command: sleep 0.02; echo {name}/s{chain}_{link} >> '{log}'");
                yaml.AppendLine("    environment: azureml:any@latest");
                yaml.AppendLine("    outputs: {out: {type: uri_folder}}");
                if (link > 0)
                    yaml.AppendLine(CultureInfo.InvariantCulture, $$$"""    inputs: {before: "${{parent.jobs.s{{{chain}}}_{{{link - 1}}}.outputs.out}}"}""");
            }
        }

        var files = new Dictionary<string, string>();
        return (await client.Jobs.SubmitAsync(new NewJob(yaml.ToString(), "kill.yml", name, files, files), ct)).Name;
    }

    /// <summary>The steps whose end is on record, as their lines.</summary>
    public static async Task<(Job Job, IEnumerable<string> Done)> LookAsync(SlipwayClient client, string name, CancellationToken ct)
    {
        var job = await client.Jobs.FindAsync(name, ct);
        return (job!, job!.Steps.Where(step => step.Status == "Completed").Select(step => $"{name}/{step.Name}"));
    }

    public static async Task WaitAsync(SlipwayClient client, string name, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(TimeSpan.FromMinutes(2));
        var end = await client.Jobs.WaitAsync(name, limit.Token);
        Assert.Equal("Completed", end.Status);
        Assert.All(end.Steps, step => Assert.Equal("Completed", step.Status));
    }

    public static int Setting(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), out var given) ? given : otherwise;
}
