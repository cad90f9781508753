import { holdExercises } from "./hold-exercises.js";
import * as answers from "./raft-in-service-answers.js";

holdExercises("3.1.2.2", answers);
