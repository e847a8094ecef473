using System.Globalization;

namespace Slipway.Jobs.Execution;

/// <summary>
/// The folders of one attempt at a step. Each attempt has its own, so that it begins empty whatever an earlier one left
/// behind; no name in it is the user's but those of inputs and outputs, which are letters, digits and '_'.
/// </summary>
internal sealed class StepFolders : IDisposable
{
    private StepFolders(string root) => Root = root;

    public string Root { get; }

    public string Work => Path.Combine(Root, "work");

    public string Log => Path.Combine(Root, "std_log.txt");

    public string Inputs => Path.Combine(Root, "inputs");

    public string Files => Path.Combine(Root, "files");

    public string Outputs => Path.Combine(Root, "outputs");

    /// <summary>
    /// A file that a target writes while the step runs where this process's death does not end it: the folder then stays for
    /// the next attempt to go on with.
    /// </summary>
    public string Detached => Path.Combine(Root, "detached");

    /// <summary>True: an earlier attempt, whose worker died, still runs in it.</summary>
    public bool IsAdopted { get; private init; }

    public static StepFolders Create(string parent, string runId, long fence)
    {
        if (FindDetached(parent, runId) is { } left)
            return new StepFolders(left) { IsAdopted = true };

        var folders = new StepFolders(Path.Combine(parent, $"{runId}-{fence.ToString(CultureInfo.InvariantCulture)}"));
        folders.Delete();
        Directory.CreateDirectory(folders.Work);
        return folders;
    }

    /// <summary>Deletes what attempts of a process that died left behind, but for those that still run.</summary>
    public static void DeleteAll(string parent)
    {
        foreach (var folder in Directory.Exists(parent) ? Directory.GetDirectories(parent) : [])
        {
            if (new StepFolders(folder) is var left && !System.IO.File.Exists(left.Detached))
                left.Delete();
        }
    }

    public string Input(string name) => Path.Combine(Inputs, name);

    public string File(string field) => Path.Combine(Files, field);

    public string Output(string name) => Directory.CreateDirectory(Path.Combine(Outputs, name)).FullName;

    public void Dispose() => Delete();

    private static string? FindDetached(string parent, string runId) => Directory.Exists(parent)
        ? Directory.EnumerateDirectories(parent, $"{runId}-*").FirstOrDefault(left => System.IO.File.Exists(new StepFolders(left).Detached))
        : null;

    private void Delete()
    {
        try
        {
            if (Directory.Exists(Root))
                Directory.Delete(Root, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A step may have made folders that may not be written; they go with the next start or by hand, and the
            // result of the step does not depend on it.
        }
    }
}
