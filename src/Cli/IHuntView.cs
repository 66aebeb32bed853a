using Testbed.Explorer;

namespace Testbed.Cli;

/// <summary>Shows a hunt while it runs. The explorer may report from any thread.</summary>
internal interface IHuntView
{
    /// <summary>Runs the hunt and shows it meanwhile.</summary>
    /// <param name="hunt">The hunt.</param>
    void Watch(Action hunt);

    /// <summary>A scenario's turn has come.</summary>
    /// <param name="target">The scenario.</param>
    void Started(HuntTarget target);

    /// <summary>A scenario has come further.</summary>
    /// <param name="target">The scenario.</param>
    /// <param name="progress">How far.</param>
    void Progressed(HuntTarget target, ExplorationProgress progress);

    /// <summary>A scenario's turn is over.</summary>
    /// <param name="result">What was found.</param>
    void Finished(HuntResult result);
}
