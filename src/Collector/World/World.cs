using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>
/// A collected heap with the goroutines that use it: the production entry point.
/// </summary>
/// <remarks>
/// Make one with options, register types and frames, <see cref="Run(Func{Goroutine{TSync}, GoroutineTask})"/> a
/// goroutine that allocates and starts others, dispose. Members say who may call them; a goroutine's own operations are
/// on <see cref="Goroutine{TSync}"/>.
/// </remarks>
/// <typeparam name="TSync">The engine: <see cref="NativeSync"/> in production.</typeparam>
public sealed unsafe class World<TSync> : IDisposable
    where TSync : struct, ISync
{
    private bool _disposed;

    /// <summary>Creates a world in which nothing runs yet.</summary>
    /// <param name="options">What it is made with.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="OutOfMemoryException">The arena's address space is not to be had.</exception>
    public World(WorldOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Options = options;
        Heap = new Heap<TSync>(options, exception => Scheduler!.Die(exception));
        Globals = new Globals<TSync>(options);
        Scheduler = new Scheduler<TSync>(options, this);
        Channels = new ChannelTable<TSync>(options, this);
        Pools = new PoolTable<TSync>(options);
        Collection = new Collection<TSync>(options, Heap, Scheduler, Globals, Pools);
    }

    /// <summary>What the world was made with.</summary>
    public WorldOptions Options { get; }

    /// <summary>How many goroutines have been started and not ended. Any thread. The seed's <c>gcount</c>.</summary>
    /// <exception cref="ObjectDisposedException">The world was disposed.</exception>
    public long GoroutineCount
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return Scheduler.CountGoroutines();
        }
    }

    /// <summary>The types that were registered.</summary>
    internal TypeTable<TSync> Types { get; } = new();

    /// <summary>The frames that were registered.</summary>
    internal FrameMaps<TSync> Frames { get; } = new();

    /// <summary>The finalizers that were registered.</summary>
    internal FinalizerTable<TSync> Finalizers { get; } = new();

    /// <summary>The types and locks of channels.</summary>
    internal ChannelTable<TSync> Channels { get; }

    /// <summary>The pools that were registered.</summary>
    internal PoolTable<TSync> Pools { get; }

    /// <summary>The heap.</summary>
    internal Heap<TSync> Heap { get; }

    /// <summary>The root areas.</summary>
    internal Globals<TSync> Globals { get; }

    /// <summary>What runs the goroutines.</summary>
    internal Scheduler<TSync> Scheduler { get; }

    /// <summary>All goroutines that ever were.</summary>
    internal AllGoroutines<TSync> Goroutines => Scheduler.Goroutines;

    /// <summary>The collection cycle.</summary>
    internal Collection<TSync> Collection { get; }

    /// <summary>Makes a type of objects known. Any thread.</summary>
    /// <param name="shape">Its name, size and pointers.</param>
    /// <returns>What allocations name it by.</returns>
    /// <exception cref="ArgumentException">The shape makes no sense.</exception>
    /// <exception cref="ObjectDisposedException">The world was disposed.</exception>
    public TypeId RegisterType(TypeShape shape)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return Types.Register(shape);
    }

    /// <summary>Makes a kind of channel known. Any thread.</summary>
    /// <param name="element">
    /// What is sent: references, <see cref="SlotKind.Pointer"/>, or numbers, <see cref="SlotKind.NoPointer"/>.
    /// </param>
    /// <returns>What <see cref="Goroutine{TSync}.MakeChannel"/> takes.</returns>
    /// <exception cref="ArgumentException">There are no channels of such elements.</exception>
    /// <exception cref="ObjectDisposedException">The world was disposed.</exception>
    public ChannelType RegisterChannel(SlotKind element)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return Channels.Register(element);
    }

    /// <summary>Makes a pool. Any thread. The seed's <c>sync.Pool</c>.</summary>
    /// <returns>What <see cref="Goroutine{TSync}.Put"/> and <see cref="Goroutine{TSync}.Take"/> name it by.</returns>
    /// <exception cref="ObjectDisposedException">The world was disposed.</exception>
    public PoolId RegisterPool()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return Pools.Register();
    }

    /// <summary>Makes a function known that finalizes objects. Any thread.</summary>
    /// <param name="body">
    /// The function. It is given the goroutine that runs finalizers, the object, and what was given with the finalizer;
    /// it may await. An exception of it fails the world.
    /// </param>
    /// <param name="parameter">
    /// The type of the objects that it takes; by default it takes all. One without pointers stands for all objects
    /// without pointers.
    /// </param>
    /// <returns>What <see cref="Goroutine{TSync}.SetFinalizer"/> takes.</returns>
    /// <exception cref="ArgumentException">The type was not registered with this world.</exception>
    /// <exception cref="ObjectDisposedException">The world was disposed.</exception>
    public FinalizerId RegisterFinalizer(
        Func<Goroutine<TSync>, Reference, Reference, GoroutineTask> body, TypeId parameter = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        ObjectDisposedException.ThrowIf(_disposed, this);
        return parameter.Owner is null || parameter.Owner == Types
            ? Finalizers.Register(body, parameter.Info)
            : throw new ArgumentException("the type was not registered with this world", nameof(parameter));
    }

    /// <inheritdoc cref="RegisterFinalizer(Func{Goroutine{TSync}, Reference, Reference, GoroutineTask}, TypeId)"/>
    public FinalizerId RegisterFinalizer(
        Action<Goroutine<TSync>, Reference, Reference> body, TypeId parameter = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        return RegisterFinalizer(
            (g, target, closure) =>
            {
                body(g, target, closure);
                return GoroutineTask.Completed;
            },
            parameter);
    }

    /// <summary>Makes a kind of frame known. Any thread.</summary>
    /// <param name="slots">What each slot holds.</param>
    /// <returns>What <see cref="Goroutine{TSync}.PushFrame(FrameMap)"/> takes.</returns>
    /// <exception cref="ArgumentException">A slot has no kind that there is, or there are more than 16,777,216.</exception>
    /// <exception cref="ObjectDisposedException">The world was disposed.</exception>
    public FrameMap RegisterFrame(params ReadOnlySpan<SlotKind> slots)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return Frames.Add(new FrameShape { LocalMap = slots.ToArray() });
    }

    /// <summary>Makes a kind of frame known. Any thread.</summary>
    /// <param name="shape">Its locals and arguments.</param>
    /// <returns>What <see cref="Goroutine{TSync}.PushFrame(FrameMap)"/> takes.</returns>
    /// <exception cref="ArgumentException">The shape makes no sense; the message says why.</exception>
    /// <exception cref="ObjectDisposedException">The world was disposed.</exception>
    public FrameMap RegisterFrame(FrameShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ObjectDisposedException.ThrowIf(_disposed, this);
        return Frames.Add(shape);
    }

    /// <summary>Makes known that a type has the methods of some interface. Any thread. The seed's <c>Itab</c>.</summary>
    /// <param name="type">The type.</param>
    /// <returns>What an interface value with methods starts with.</returns>
    /// <exception cref="ArgumentException">The type was not registered with this world.</exception>
    /// <exception cref="ObjectDisposedException">The world was disposed.</exception>
    public InterfaceId RegisterInterface(TypeId type)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return Types.RegisterInterface(type);
    }

    /// <summary>
    /// Runs a goroutine, and all that it starts, on the calling thread and others; returns when all have ended.
    /// </summary>
    /// <param name="body">What the goroutine does; it may await.</param>
    /// <exception cref="InvalidOperationException">It runs already, or has failed before.</exception>
    /// <exception cref="DeadlockException">Every goroutine that has not ended waits for another.</exception>
    /// <exception cref="ObjectDisposedException">The world was disposed.</exception>
    /// <remarks>The first exception that leaves a goroutine stops all others at their next safepoint and is thrown here.</remarks>
    public void Run(Func<Goroutine<TSync>, GoroutineTask> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        ObjectDisposedException.ThrowIf(_disposed, this);
        Scheduler.Run(body);
    }

    /// <inheritdoc cref="Run(Func{Goroutine{TSync}, GoroutineTask})"/>
    public void Run(Action<Goroutine<TSync>> body) => Run(Goroutine<TSync>.ToAsync(body));

    /// <summary>
    /// Runs a goroutine on the calling thread, which the world did not make, while another is in <see
    /// cref="Run(Func{Goroutine{TSync}, GoroutineTask})"/>; returns when it has ended. The seed's <c>cgocallback</c>.
    /// </summary>
    /// <param name="body">
    /// What the goroutine does: all but await, since it stays on its thread. It is of no use after it has returned.
    /// </param>
    /// <exception cref="InvalidOperationException">
    /// The world was made without <see cref="WorldOptions.ForeignCalls"/>; nobody is in <c>Run</c>, or it is about to return.
    /// </exception>
    /// <exception cref="WorldFailedException">The world has failed, before the call or during it.</exception>
    /// <exception cref="ObjectDisposedException">The world was disposed.</exception>
    /// <remarks>
    /// <para>
    /// Any thread, many at once; <c>Run</c> does not return before they have. A goroutine may call it only from within a
    /// system call, where <see cref="Goroutine{TSync}.Callback"/> does without another M: elsewhere it would keep a P while
    /// it waits for one. A thread waits while <see cref="WorldOptions.MaxMachines"/> leaves no M for it.
    /// </para>
    /// <para>An exception that leaves the body fails the world, and is thrown here and by <c>Run</c>.</para>
    /// </remarks>
    public void Call(Action<Goroutine<TSync>> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!Options.ForeignCalls)
        {
            throw new InvalidOperationException($"the world was made without {nameof(WorldOptions.ForeignCalls)}");
        }

        Scheduler.Call(body);
    }

    /// <summary>
    /// All goroutines that have not ended, without stopping any: each entry is what it was at some moment of the call.
    /// Any thread. The seed's walk in <c>tracebackothers</c>.
    /// </summary>
    /// <returns>A line for each.</returns>
    /// <exception cref="ObjectDisposedException">The world was disposed.</exception>
    public IReadOnlyList<GoroutineInfo> ListGoroutines()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return Scheduler.ListGoroutines();
    }

    /// <summary>The state of the scheduler as text: the seed's <c>schedtrace</c>. Any thread, goroutines too.</summary>
    /// <param name="detailed">Whether to add a line for each M, P and goroutine to the line of counts.</param>
    /// <returns>
    /// <c>SCHED</c>, the engine's clock in milliseconds, and how many Ps, idle Ps, Ms, idle Ms and queued goroutines there
    /// are; then the status of each as the seed's number.
    /// </returns>
    /// <exception cref="ObjectDisposedException">The world was disposed.</exception>
    public string TraceScheduler(bool detailed = false)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return Scheduler.Trace(detailed);
    }

    /// <summary>Frees the heap and all else, after the threads have ended. Nobody is in a call of the world.</summary>
    /// <exception cref="InvalidOperationException">Somebody is in <c>Run</c>.</exception>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        if (Scheduler.IsRunning)
        {
            throw new InvalidOperationException("the world is running");
        }

        _disposed = true;
        Scheduler.Dispose();
        Collection.Dispose();
        Globals.Dispose();
        Channels.Dispose();
        Pools.Dispose();
        Frames.Dispose();
        Finalizers.Dispose();
        Types.Dispose();
        Heap.Dispose();
    }
}
