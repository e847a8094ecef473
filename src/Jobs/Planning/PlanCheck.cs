using Slipway.Jobs.Contracts;
using Slipway.Jobs.Definitions;
using Slipway.Kernel;

namespace Slipway.Jobs.Planning;

/// <summary>Refuses, before anything runs, what is well written but cannot be done here.</summary>
internal sealed class PlanCheck(Policies<IStepKind> kinds)
{
    /// <summary>All that stands in the way, one line for each, as InvalidParameter.</summary>
    public void Check(JobDefinition definition)
    {
        var problems = new Problems();
        Check(definition.Pipeline, "", problems);
        problems.ThrowIfAny();
    }

    private void Check(PipelineDefinition pipeline, string path, Problems problems)
    {
        Check(pipeline.Inputs, path, problems);
        foreach (var step in pipeline.Steps)
        {
            var at = $"{path}jobs.{step.Name}";
            if (step.ComponentReference is { } component)
                problems.Add(step.Place, $"{at}.component", $"'{component.Text}' is not known here. Register it (slipway component create --file), or name the component's YAML file.");
            else if (step.TrialReference is { } trial)
                problems.Add(step.Place, $"{at}.trial", $"'{trial.Text}' is not known here. Register it (slipway component create --file), or name the component's YAML file.");
            else if (step.Pipeline is { } inner)
                Check(inner, at + ".", problems);
            else if (kinds.Find(step.Kind) is null)
                problems.Add(step.Place, $"{at}.type", $"Steps of type '{step.Kind}' do not run here. Known: {string.Join(", ", kinds.Names)}, pipeline.");
            Check(step.Inputs, at + ".", problems);
        }
    }

    private static void Check(IReadOnlyList<InputDefinition> inputs, string path, Problems problems)
    {
        foreach (var input in inputs)
        {
            if (input.Value is DataValue { Reference: { } from } && !CanRead(from))
            {
                problems.Add(
                    input.Place,
                    $"{path}inputs.{input.Name}",
                    $"'{from.Text}' lies where nothing is read from here. Copy it into a datastore, or register it as a data asset (slipway data create) and name that.");
            }
        }
    }

    private static bool CanRead(Reference from) =>
        from is AssetVersion or AssetLabel or RegistryAsset or RunArtifact or JobOutputPath or DatastorePath or LocalPath
        || (from is CloudPath place && place.CanBeRead());
}
