using Testbed.Sync;

namespace Testbed.Models;

/// <summary>
/// A small concurrent program over production code with its oracle: it returns when all is well and throws when not.
/// </summary>
/// <remarks>
/// A scenario knows nothing of the engine that runs it. All that it does, data that it draws included, is decided by
/// the engine, so an execution is repeatable.
/// </remarks>
public abstract class Scenario
{
    /// <summary>What the command line calls it: lower case, words parted by hyphens.</summary>
    public abstract string Name { get; }

    /// <summary>One line: what runs against what, and what must hold.</summary>
    public abstract string Summary { get; }

    /// <summary>Whether it has a known bug that every hunt must find, so that a silenced engine is noticed.</summary>
    public virtual bool IsCanary => false;

    /// <summary>
    /// If it is so small that the exhaustive strategy ends: what it is bounded to, in words. Else null. A hunt through
    /// all scenarios leaves it out; a proof takes it in place of the larger one of its name.
    /// </summary>
    public virtual string? Bounds => null;

    /// <summary>
    /// Whether it is a textbook program whose figures are known for other tools: it is hunted when it is named, and
    /// neither hunted nor proved with the others.
    /// </summary>
    public virtual bool IsLitmus => false;

    /// <summary>
    /// The places whose order of use matters most here, by patterns of their names (<c>bitmap.marks[*</c>); none if all
    /// matter alike. The selectively uniform strategy goes by them.
    /// </summary>
    public virtual IReadOnlyList<string> Interesting => [];

    /// <summary>Runs the program once on the calling thread, which the engine controls.</summary>
    /// <typeparam name="TSync">The engine.</typeparam>
    /// <exception cref="OracleException">What must hold does not.</exception>
    public abstract void Run<TSync>()
        where TSync : struct, ISync;
}
