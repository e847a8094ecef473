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

    public static StepFolders Create(string parent, string runId, long fence)
    {
        var folders = new StepFolders(Path.Combine(parent, $"{runId}-{fence.ToString(CultureInfo.InvariantCulture)}"));
        folders.Delete();
        Directory.CreateDirectory(folders.Work);
        return folders;
    }

    /// <summary>Deletes what attempts of a process that died left behind.</summary>
    public static void DeleteAll(string parent)
    {
        foreach (var folder in Directory.Exists(parent) ? Directory.GetDirectories(parent) : [])
            new StepFolders(folder).Delete();
    }

    public string Input(string name) => Path.Combine(Root, "inputs", name);

    public string File(string field) => Path.Combine(Root, "files", field);

    public string Output(string name) => Directory.CreateDirectory(Path.Combine(Root, "outputs", name)).FullName;

    public void Dispose() => Delete();

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
